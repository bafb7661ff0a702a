FROM ruby:3.3
RUN gem install --no-document jekyll -v 4.3.4
