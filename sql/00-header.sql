\echo Use "CREATE EXTENSION achieve" to load this file. \quit
